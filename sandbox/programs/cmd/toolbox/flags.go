package main

import (
	"fmt"
	"strings"
)

// split separates flags such as -rf from operands and refuses flags that are not allowed.
func split(args []string, allowed string) (flags map[rune]bool, operands []string, err error) {
	flags = map[rune]bool{}
	for i, arg := range args {
		if arg == "--" {
			return flags, append(operands, args[i+1:]...), nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			operands = append(operands, arg)
			continue
		}
		for _, flag := range arg[1:] {
			if !strings.ContainsRune(allowed, flag) {
				return nil, nil, fmt.Errorf("unknown flag -%c (known: %s)", flag, allowed)
			}
			flags[flag] = true
		}
	}
	return flags, operands, nil
}
