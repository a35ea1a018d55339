export interface LifecycleSettings {
  /** What snapshots' names begin with, without slash at the end. */
  readonly prefix: string;
  /**
   * When a snapshot goes even if nothing pruned it. An outer bound, well beyond what the backup program keeps: a lifecycle does not know
   * whether newer snapshots were made.
   */
  readonly expireDays: number;
  /** How long what was deleted or overwritten can be had back. @default 30 */
  readonly noncurrentDays?: number;
}

/** A rule of a bucket's lifecycle, as far as it is used here. */
export interface LifecycleRule {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter: { readonly prefix: string };
  readonly expiration?: { readonly days?: number; readonly expiredObjectDeleteMarker?: boolean };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

/** The two kinds of `expiration` exclude each other in one rule, hence two. */
export function lifecycleRules({ prefix, expireDays, noncurrentDays = 30 }: LifecycleSettings): LifecycleRule[] {
  const always = { status: "Enabled", filter: { prefix: `${prefix}/` } } as const;
  return [
    {
      id: "outer-bound",
      ...always,
      expiration: { days: expireDays },
      noncurrentVersionExpiration: { noncurrentDays },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
    },
    { id: "leftover-delete-markers", ...always, expiration: { expiredObjectDeleteMarker: true } },
  ];
}
