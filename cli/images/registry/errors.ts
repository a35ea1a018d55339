/**
 * Why a registry gave no digest.
 *
 * - `unreachable`: no answer, or none but errors of the server, after all attempts
 * - `limited`: it asks to come back later, after all attempts
 * - `denied`: it wants other credentials, or hides whether the image exists
 * - `absent`: it has no such tag
 * - `wrong`: what it answered cannot be trusted or understood
 */
export type RegistryErrorKind = "unreachable" | "limited" | "denied" | "absent" | "wrong";

/** A look-up that failed. The message stands behind the name of an image and says what to do, where that is known. */
export class RegistryError extends Error {
  public constructor(
    public readonly kind: RegistryErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "RegistryError";
  }
}
