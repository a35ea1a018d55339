import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { StorageClassSpec } from "./storage-class";

export interface StorageClassesArgs {
  /** Classes by their Kubernetes names. **A change of anything but `allowVolumeExpansion` replaces the class; volumes stay.** */
  readonly classes: Readonly<Record<string, StorageClassSpec>>;
  /** Name of the class that claims without one get. @default none is marked */
  readonly defaultClass?: string;
}

/** Mark of the default class. Two classes with it make Kubernetes take the younger one, silently. */
export const defaultClassAnnotation = "storageclass.kubernetes.io/is-default-class";

/**
 * StorageClasses, of which at most one is the default.
 *
 * ```ts
 * new StorageClasses("storage-classes", { classes: { "rook-ceph-block": rbdClass({ ... }) } });
 * ```
 */
export class StorageClasses extends pulumi.ComponentResource {
  public readonly nodes: {
    /** By Kubernetes name. */
    readonly classes: Readonly<Record<string, k8s.storage.v1.StorageClass>>;
  };

  public constructor(name: string, args: StorageClassesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:StorageClasses", name, { defaultClass: args.defaultClass }, opts);

    this.nodes = {
      classes: Object.fromEntries(
        Object.entries(args.classes).map(([className, spec]) => [
          className,
          createClass(this, name, className, spec, className === args.defaultClass),
        ]),
      ),
    };
    this.registerOutputs({ classes: Object.keys(args.classes) });
  }
}

function createClass(
  parent: StorageClasses,
  name: string,
  className: string,
  { parameters, ...spec }: StorageClassSpec,
  isDefault: boolean,
): k8s.storage.v1.StorageClass {
  return new k8s.storage.v1.StorageClass(
    `${name}-${className}`,
    {
      metadata: { name: className, annotations: { [defaultClassAnnotation]: String(isDefault) } },
      ...spec,
      ...(parameters && { parameters: { ...parameters } }),
    },
    { parent },
  );
}
