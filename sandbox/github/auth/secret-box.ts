import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sodium from "libsodium-wrappers";

interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** The key pair for which values of secrets are sealed. Its private half lies in the state folder and nowhere else. */
export class SecretBox {
  constructor(private readonly folder: string) {}

  /** What clients seal with: the key in base64, and the name by which they say that it was this one. */
  async publicKey(): Promise<{ readonly key: string; readonly keyId: string }> {
    const { publicKey } = await this.keys();
    const key = Buffer.from(publicKey).toString("base64");
    return { key, keyId: createHash("sha256").update(key).digest("hex").slice(0, 20) };
  }

  /** The text in a sealed box; undefined when it was not sealed for this key. */
  async open(sealed: string): Promise<string | undefined> {
    const { publicKey, privateKey } = await this.keys();
    try {
      const opened = sodium.crypto_box_seal_open(Buffer.from(sealed, "base64"), publicKey, privateKey);
      return Buffer.from(opened).toString("utf8");
    } catch {
      return undefined;
    }
  }

  private async keys(): Promise<KeyPair> {
    await sodium.ready;
    const file = join(this.folder, "secret-box.key");
    if (!existsSync(file)) {
      writeFileSync(`${file}.next`, sodium.crypto_box_keypair().privateKey, { mode: 0o600 });
      renameSync(`${file}.next`, file);
    }
    const privateKey = new Uint8Array(readFileSync(file));
    return { privateKey, publicKey: sodium.crypto_scalarmult_base(privateKey) };
  }
}
