import sodium from "libsodium-wrappers";

/**
 * Seals a text for whoever has the private key, as GitHub wants values of secrets. Each result differs, also for the same text.
 *
 * @param publicKey in base64
 * @returns in base64
 */
export async function seal(text: string, publicKey: string): Promise<string> {
  await sodium.ready;
  const key = sodium.from_base64(publicKey, sodium.base64_variants.ORIGINAL);
  return sodium.to_base64(sodium.crypto_box_seal(text, key), sodium.base64_variants.ORIGINAL);
}
