import type { JsonObject } from "../shared/json.js";

/** A resource type whose objects live behind somebody's HTTP interface. `Client` is what it is reached with. */
export interface ResourceKind<Client> {
  /** Inputs whose change makes another object. */
  readonly replaces: readonly string[];
  /** Inputs that must be there. */
  readonly required: readonly string[];
  /** Makes the object. What it returns beside the id becomes outputs, over the inputs. */
  readonly create: (client: Client, inputs: JsonObject) => Promise<Created>;
  /** Makes the object what the inputs say; what it returns becomes outputs, over the inputs. */
  readonly update: (client: Client, id: string, inputs: JsonObject, old: JsonObject) => Promise<JsonObject>;
  /** Removes the object; one that is gone already is no error. */
  readonly remove: (client: Client, id: string, old: JsonObject) => Promise<void>;
  /** The inputs as the object has them now, as far as they can be read; undefined when the object is gone. */
  readonly read: (client: Client, id: string, old: JsonObject) => Promise<JsonObject | undefined>;
}

export interface Created {
  readonly id: string;
  readonly outputs: JsonObject;
}

/** Resource types by token. */
export type Kinds<Client> = Readonly<Record<string, ResourceKind<Client>>>;
