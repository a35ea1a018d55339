import { z } from "zod";

import { absolutePath, dnsLabel, matching, text, yesOrNo } from "../schema";

const secretKey = matching(/^[\w.-]{1,253}$/, "a key of the Secret");

/** How a server gets its root key after a start. */
export const unsealSchema = z.discriminatedUnion(
  "method",
  [
    z.strictObject({
      method: z.literal("awskms"),
      /** Absent: that of `aws.region`. */
      region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as eu-central-1").optional(),
      /** Absent: the key that `aws.unseal` makes. */
      keyArn: matching(/^arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)\/\S+$/, "the ARN of a KMS key").optional(),
      /** OpenBao 2.7 and later: the program that reaches KMS, which an image of one's own has to bring along. */
      plugin: z
        .strictObject({
          /** Folder of the image with plugins and nothing else. */
          folder: absolutePath,
          command: matching(/^[\w.-]+$/, "the name of a file in the folder"),
          sha256: matching(/^[0-9a-f]{64}$/, "the SHA-256 of the file, 64 hexadecimal digits"),
        })
        .optional(),
    }),
    z.strictObject({
      method: z.literal("transit"),
      address: matching(/^https:\/\/\S+$/, "https://HOST[:PORT] of the other Vault"),
      mountPath: matching(/^[\w/-]+$/, "the path of its transit engine, such as transit"),
      keyName: matching(/^[\w-]+$/, "the name of a key of that engine"),
      /** Secret in Vault's namespace, made by somebody else: a renewable, periodic token. */
      tokenSecret: z.strictObject({ name: dnsLabel, key: secretKey }),
      /** Secret with the authority of its certificate. */
      caSecret: z.strictObject({ name: dnsLabel, key: secretKey }).optional(),
    }),
    z.strictObject({
      method: z.literal("static"),
      /** Secret in Vault's namespace with 32 random bytes. */
      secret: z.strictObject({ name: dnsLabel, key: secretKey }),
      keyId: text("an id of the key, stored with what it seals"),
      /** The key before this one, while keys are exchanged. */
      previous: z
        .strictObject({ secret: z.strictObject({ name: dnsLabel, key: secretKey }), keyId: text("its id") })
        .optional(),
      /** Development only: the key is made in the cluster if it is not there. */
      generate: yesOrNo,
    }),
    z.strictObject({ method: z.literal("shamir") }),
  ],
  { error: "a map with method: awskms, transit, static or shamir" },
);

export type UnsealSettings = z.output<typeof unsealSchema>;
