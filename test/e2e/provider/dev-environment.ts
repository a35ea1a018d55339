/** Where the binaries and the cluster for these tests are; replaced by `test/e2e/support/environment.ts` once that exists. */
export interface Environment {
  readonly kubeconfig: string;
  readonly pulumi: string;
  readonly helm: string;
}

export function environment(): Promise<Environment> {
  const wanted = (name: string) => {
    const value = process.env[name];
    if (value === undefined || value === "") throw new Error(`set ${name} to run the provider's end-to-end tests`);
    return value;
  };
  return Promise.resolve({
    kubeconfig: wanted("KUBECONFIG_PATH"),
    pulumi: wanted("PULUMI_BIN"),
    helm: wanted("HELM_BIN"),
  });
}
