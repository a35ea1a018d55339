/**
 * An image reference behind a mirror: the prefix goes before the whole reference, as proxy caches of registries expect it
 * (`harbor.example.com/proxy` and `docker.io/library/docker:28` make `harbor.example.com/proxy/docker.io/library/docker:28`).
 *
 * @param mirror registry with an optional path, without a trailing slash. @default no mirror
 */
export function imageReference(image: string, mirror?: string): string {
  return mirror === undefined ? image : `${mirror}/${image}`;
}
