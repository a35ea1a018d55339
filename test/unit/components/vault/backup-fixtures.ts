/** A store of one's own with keys and an authority. */
export const ownStore = {
  endpoint: "https://minio.example.com:9000",
  bucket: "snapshots-b",
  credentials: {
    kind: "keys",
    accessKeyId: { name: "minio", key: "id" },
    secretAccessKey: { name: "minio", key: "secret" },
  },
  ca: { configMap: "minio-ca", key: "root.pem" },
} as const;

/** A bucket at AWS. */
export const awsStore = {
  region: "eu-central-1",
  bucket: "snapshots-a",
  credentials: { kind: "webIdentity" },
} as const;
