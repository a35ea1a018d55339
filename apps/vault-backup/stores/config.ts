/** Who the program is to a store. Files are read whenever credentials are needed: what rotates is taken up. */
export type StoreCredentials =
  | {
      /** A role that the store's security token service gives for the pod's own token (IRSA). */
      readonly kind: "webIdentity";
      readonly roleArn: string;
      readonly tokenFile: string;
      /** Of a token service other than AWS's in the store's region, such as a private endpoint or Ceph's. */
      readonly stsEndpoint?: string;
    }
  | { readonly kind: "keys"; readonly accessKeyIdFile: string; readonly secretAccessKeyFile: string };

export type StoreEncryption =
  | { readonly kind: "none" }
  | { readonly kind: "sse-s3" }
  | {
      readonly kind: "sse-kms";
      /** ARN of the key. Absent: the bucket's default key. */
      readonly keyArn?: string;
    };

/** One S3-compatible store, as the program's configuration has it. */
export interface StoreConfig {
  readonly name: string;
  /** `https://HOST[:PORT]`. Absent: AWS. */
  readonly endpoint?: string;
  readonly region: string;
  readonly bucket: string;
  /** Folder in the bucket, without slash at its ends. */
  readonly prefix: string;
  readonly credentials: StoreCredentials;
  /** Authorities that the store's certificate must come from, in PEM. Absent: those that Node.js knows. */
  readonly caFile?: string;
  /** `https://HOST/BUCKET/KEY` rather than `https://BUCKET.HOST/KEY`. */
  readonly pathStyle: boolean;
  readonly encryption: StoreEncryption;
  /** Most that upload, confirmation and pruning may take together. */
  readonly timeoutSeconds: number;
}
