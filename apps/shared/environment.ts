/** A variable of the environment. @throws Error naming it if it is not set */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`the environment variable ${name} is not set`);
  return value;
}
