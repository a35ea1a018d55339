import type { EngineEvent } from "@pulumi/pulumi/automation";

import { EngineReport, identity } from "../../sandbox/platform/engine-report";

/** A resource that the stack would create. */
export interface PreviewedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the parent; empty for what belongs to the stack itself. */
  readonly parent: string;
}

/** A resource with what the provider would be given; secrets read `[secret]`, as the engine's events have them. */
export interface PreviewedObject extends PreviewedResource {
  readonly custom: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Keys of each Secret by its URN, as the provider was given them. */
export type SecretKeys = ReadonlyMap<string, readonly string[]>;

/** What is said about one stack. */
export interface StackPreview {
  readonly stack: string;
  readonly resources: readonly PreviewedObject[];
  readonly warnings: readonly string[];
  readonly secretKeys: SecretKeys;
  /** Why the preview is no proof that the stack is right; empty when it is. */
  readonly problems: readonly string[];
}

/** What the engine adds on its own: the stack, and the provider by which the SDK reads resources out of a chart's outputs. */
const stackType = "pulumi:pulumi:Stack";
const ofTheEngine: readonly string[] = [stackType, "pulumi:providers:pulumi"];

/** Collects what the engine says during the preview of an empty state. */
export class PreviewCollector {
  private readonly report = new EngineReport();
  private readonly resources = new Map<string, PreviewedObject>();
  private readonly warned: string[] = [];

  add(event: EngineEvent): void {
    this.report.add(event);
    if (event.resourcePreEvent) this.addResource(event.resourcePreEvent.metadata);
    if (event.diagnosticEvent?.severity === "warning")
      this.addWarning(event.diagnosticEvent.message, event.diagnosticEvent.urn);
  }

  /** In the order in which the program asks for them. */
  get objects(): PreviewedObject[] {
    return [...this.resources.values()];
  }

  get warnings(): readonly string[] {
    return this.warned;
  }

  get errors(): readonly string[] {
    return this.report.errors;
  }

  private addResource({ urn, type, new: state }: NonNullable<EngineEvent["resourcePreEvent"]>["metadata"]): void {
    if (ofTheEngine.includes(type)) return;
    const parent = state?.parent ?? "";
    this.resources.set(urn, {
      urn,
      type,
      name: urn.split("::").slice(3).join("::"),
      parent: parent.includes(`::${stackType}::`) ? "" : parent,
      custom: state?.custom ?? false,
      inputs: state?.inputs ?? {},
    });
  }

  private addWarning(message: string, urn: string | undefined): void {
    const text = message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
    const where = urn === undefined || urn === "" ? undefined : identity(urn);
    const line = where && where.kind !== "Stack" ? `${where.kind} ${where.name}: ${text}` : text;
    if (text !== "" && !this.warned.includes(line)) this.warned.push(line);
  }
}
