/** Where a Helm chart comes from. */
export interface ChartSource {
  /** A name within `repository`, `oci://...`, a local folder or a `.tgz`. */
  readonly chart: string;
  /** Address of a Helm repository. @default `chart` says where the chart is */
  readonly repository?: string | undefined;
  /** @default what the folder or archive holds */
  readonly version?: string | undefined;
}

/** The arguments by which Pulumi's `helm.v4.Chart` finds a chart. */
export function chartSource({ chart, repository, version }: ChartSource): {
  readonly chart: string;
  readonly repositoryOpts?: { readonly repo: string };
  readonly version?: string;
} {
  return {
    chart,
    ...(repository !== undefined && { repositoryOpts: { repo: repository } }),
    ...(version !== undefined && { version }),
  };
}
