/**
 * Name of everything that belongs to drills: objects, the label of their pods, and at Vault the auth mount, its role and their policy.
 */
export const drillName = "vault-drill";
