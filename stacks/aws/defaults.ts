import type { Layer } from "../settings";

/** What the section `aws` holds besides an environment's own values; it takes effect only where an environment has the section. */
export const awsDefaults: NonNullable<Layer["aws"]> = {
  partition: "aws",
  cluster: { createOidcProvider: false },
  jobRoles: {},
  // The drivers' own account names are fixed: ebs-csi-controller-sa and efs-csi-controller-sa in kube-system.
  csiDrivers: { ebs: false, efs: false },
  vault: {
    namespace: "vault",
    serviceAccount: "vault",
    backupServiceAccount: "vault-backup",
    prunerServiceAccount: "vault-backup-pruner",
    drillServiceAccount: "vault-drill",
  },
};
