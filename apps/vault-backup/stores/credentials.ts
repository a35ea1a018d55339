import { readFile } from "node:fs/promises";

import { fromTokenFile } from "@aws-sdk/credential-provider-web-identity";
import type { AwsCredentialIdentityProvider } from "@smithy/types";

import { hide } from "../log";
import type { StoreConfig } from "./config";
import { StoreError } from "./errors";

/** How long keys from files are used before the files are read again. */
const keysLastMs = 5 * 60 * 1000;

/**
 * Credentials of a store. Both kinds read their files anew whenever the client asks, which it does some minutes before the last ones expire:
 * a token that is rotated during a long upload is taken up.
 */
export function credentialsOf({ credentials, region, name }: StoreConfig): AwsCredentialIdentityProvider {
  if (credentials.kind === "keys") {
    return async () => {
      const accessKeyId = await secretIn(name, credentials.accessKeyIdFile);
      const secretAccessKey = await secretIn(name, credentials.secretAccessKeyFile);
      // Not the id: AWS names it in its own audit log, and it is what an operator looks for.
      hide(secretAccessKey);
      return { accessKeyId, secretAccessKey, expiration: new Date(Date.now() + keysLastMs) };
    };
  }
  const { roleArn, tokenFile, stsEndpoint } = credentials;
  return fromTokenFile({
    roleArn,
    webIdentityTokenFile: tokenFile,
    roleSessionName: "vault-backup",
    clientConfig: { region, maxAttempts: 5, ...(stsEndpoint !== undefined && { endpoint: stsEndpoint }) },
  });
}

async function secretIn(store: string, file: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new StoreError("credentials", `${store}: cannot read ${file}; fix: mount the Secret with the access key`, {
      cause: error,
    });
  }
  if (text === "") throw new StoreError("credentials", `${store}: ${file} is empty; allowed: an access key`);
  return text;
}
