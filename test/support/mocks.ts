import * as pulumi from "@pulumi/pulumi";

/** One registration as the engine would have received it, with the options that mocks leave out. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly custom: boolean;
  /** Name of the parent resource; the stack's is empty. */
  readonly parent: string;
  /** Name of the provider resource, empty for the default provider. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Names of the resources this one explicitly or implicitly depends on, sorted. */
  readonly dependencies: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly deleteTimeout: string;
  /** Names of the hooks that decide whether a failed operation is repeated. */
  readonly errorHooks: readonly string[];
  /** Paths inside the inputs which hold a secret. */
  readonly secretPaths: readonly string[];
}

/** What a run under mocks registered. */
export class Registrations {
  public readonly all: Registration[] = [];

  /** Registrations of a type. */
  public ofType(type: string): Registration[] {
    return this.all.filter((registration) => registration.type === type);
  }

  /** The one registration of a type and name; anything but exactly one is an error that lists what there is. */
  public get(type: string, name: string): Registration {
    const found = this.all.filter((registration) => registration.type === type && registration.name === name);
    const [first] = found;
    if (found.length === 1 && first) return first;
    throw new Error(`${found.length} registrations of ${type} "${name}"; there are:\n${this.list().join("\n")}`);
  }

  /** `type name < parent` of every registration, sorted. */
  public list(): string[] {
    return this.all.map(({ type, name, parent }) => `${type} ${name}${parent === "" ? "" : ` < ${parent}`}`).sort();
  }
}

export interface MockOptions {
  readonly stack?: string;
  /** Stack configuration by key, without the project's name. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secretKeys?: readonly string[];
  /** As in `pulumi preview`: what a provider computes is unknown. */
  readonly preview?: boolean;
  /** Answers of functions by their tokens. @default none: they are refused */
  readonly functions?: Readonly<Record<string, (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>>>;
}

const project = "runner-platform";

/**
 * Runs `build` without an engine and waits for everything it registers. Resources come back as their inputs; in a preview they come back
 * empty, so that what a provider computes is unknown. Function calls are refused unless a test answers them.
 */
export async function register(build: () => unknown, options: MockOptions = {}): Promise<Registrations> {
  const { stack = "test", preview = false, config = {}, secretKeys = [], functions = {} } = options;
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => ({
        id: args.custom ? `${args.name}-id` : undefined,
        state: preview ? {} : { ...(args.inputs as Record<string, unknown>), ...computed(args.type, args.name) },
      }),
      call: (args) => {
        const answer = functions[args.token];
        if (answer) return answer(args.inputs as Record<string, unknown>);
        throw new Error(`unexpected call of ${args.token}`);
      },
    },
    project,
    stack,
    preview,
  );
  const qualified = Object.entries(config).map(([key, value]) => [`${project}:${key}`, value]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(qualified) as Record<string, string>,
    secretKeys.map((key) => `${project}:${key}`),
  );
  const registrations = new Registrations();
  recordInto(registrations);
  await build();
  await pulumi.runtime.disconnect();
  return registrations;
}

/** What a provider would have computed and other resources here are made from. */
function computed(type: string, name: string): Record<string, unknown> {
  if (type !== "aws:kms/key:Key") return {};
  return { keyId: name, arn: `arn:aws:kms:eu-central-1:111122223333:key/${name}` };
}

/** The getters of the engine's RegisterResourceRequest that are of interest, and the answer's. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getCustom(): boolean;
  getProtect(): boolean;
  getRetainondelete(): boolean | undefined;
  getDependenciesList(): string[];
  getReplaceonchangesList(): string[];
  getDeletebeforereplace(): boolean;
  getCustomtimeouts(): { getDelete(): string } | undefined;
  getHooks(): { getOnErrorList(): string[] } | undefined;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

interface Monitor {
  registerResource(request: Request, callback: (error: unknown, response: unknown) => void): unknown;
  registerErrorHook?(request: unknown, callback: (error: unknown, response: unknown) => void): unknown;
}

function recordInto(registrations: Registrations): void {
  // The SDK's type is that of a gRPC client; under mocks it is a plain object with the methods used here.
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    registrations.all.push(toRegistration(request));
    return original(request, callback);
  };
  // The SDK's mocks do not answer this call at all, so a program that makes a hook would never end.
  monitor.registerErrorHook = (_request, callback) => {
    callback(null, {});
  };
}

function toRegistration(request: Request): Registration {
  const raw = request.getObject().toJavaScript();
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: plain(raw) as Record<string, unknown>,
    custom: request.getCustom(),
    parent: nameOf(request.getParent()),
    provider: nameOf(request.getProvider().replace(/::[^:]*$/, "")),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete() ?? false,
    dependencies: request.getDependenciesList().map(nameOf).sort(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    deleteTimeout: request.getCustomtimeouts()?.getDelete() ?? "",
    errorHooks: request.getHooks()?.getOnErrorList() ?? [],
    secretPaths: secretPaths(raw, ""),
  };
}

function nameOf(urn: string): string {
  return urn.endsWith(`${project}-test`) || urn.includes("pulumi:pulumi:Stack::") ? "" : (urn.split("::").at(-1) ?? "");
}

/** Marks of the wire format. Source: pulumi/pulumi, sdk/nodejs/runtime/rpc.ts. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

function isSecret(value: object): value is { readonly value: unknown } {
  return Reflect.get(value, signatureKey) === secretSignature;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function secretPaths(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (isSecret(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, path === "" ? key : `${path}.${key}`));
}

/** The value of an Output that is known; await it before `register` returns, or on a value that needs no engine. */
export function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
