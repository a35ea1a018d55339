module runner-platform.invalid/sandbox/programs

go 1.25.0
