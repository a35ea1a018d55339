/** The type in a URN `urn:pulumi:stack::project::parent$type::name`. */
export function typeOfUrn(urn: string): string {
  const types = urn.split("::")[2] ?? "";
  return types.slice(types.lastIndexOf("$") + 1);
}

export function nameOfUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
