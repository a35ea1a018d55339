/** What a bucket's name may be, for messages. */
export const bucketNameAllowed =
  "a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit, and not like an address";

/** Rules for general purpose buckets. Source: Amazon S3 documentation, "Bucket naming rules". */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  );
}

/** What a prefix of object names may be, for messages. */
export const prefixAllowed =
  "a prefix such as ci/artifacts: no slash at its beginning or end, no wildcard and no variable of a policy";

/** In a policy `*` and `?` would reach further than they look, and `${...}` is replaced by AWS. */
export function isPrefix(prefix: string): boolean {
  return /^[^\s/*?$][^\s*?$]*$/.test(prefix) && !prefix.endsWith("/") && !prefix.includes("//");
}
