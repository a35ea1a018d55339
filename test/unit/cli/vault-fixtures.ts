import type { ObservedCluster, ObservedServer } from "../../../cli/vault/plan";
import type { UpgradeAccess } from "../../../cli/vault/upgrade";

export const names = ["vault-0", "vault-1", "vault-2"];

/** A server that is well and current, and some of it changed. */
export function server(name: string, changes: Partial<ObservedServer> = {}): ObservedServer {
  return {
    name,
    revision: "new",
    ready: true,
    health: { initialized: true, sealed: false, leader: false },
    ...changes,
  };
}

export function leader(name: string, changes: Partial<ObservedServer> = {}): ObservedServer {
  return server(name, { health: { initialized: true, sealed: false, leader: true }, ...changes });
}

export function cluster(servers: readonly ObservedServer[], changes: Partial<ObservedCluster> = {}): ObservedCluster {
  const voters = servers.map(({ name }) => name);
  return { revision: "new", settled: true, servers, autopilot: { healthy: true, voters }, ...changes };
}

interface Simulated {
  revision: "old" | "new";
  /** Rounds until it is a voter again. */
  away: number;
}

export interface SimulationArgs {
  /** Position of the leader, and of the servers that are current already. */
  readonly leader: number;
  readonly current?: readonly number[];
  /** Rounds that a replaced server takes to come back, by the number of its replacement. @default 3 */
  readonly away?: (replacement: number) => number;
  /** Who takes over after a step-down, given who hands over. @default the next one */
  readonly elect?: (from: number) => number;
}

/** A cluster that behaves, one round for each time it is looked at. It keeps what was done, and how many servers were missing at most. */
export class SimulatedCluster implements UpgradeAccess {
  public readonly done: string[] = [];
  public mostMissing = 0;
  private readonly servers: Simulated[];
  private leader: number;
  private replacements = 0;

  public constructor(
    size: number,
    private readonly args: SimulationArgs,
  ) {
    this.leader = args.leader;
    this.servers = Array.from({ length: size }, (_, index) => ({
      revision: args.current?.includes(index) ? "new" : "old",
      away: 0,
    }));
  }

  public observe(): Promise<ObservedCluster> {
    for (const each of this.servers) each.away = Math.max(0, each.away - 1);
    const present = this.servers.map(({ revision, away }, index) => {
      const make = index === this.leader ? leader : server;
      return away === 0
        ? make(`vault-${index}`, { revision })
        : server(`vault-${index}`, { revision, ready: false, health: undefined });
    });
    const voters = present.filter(({ health }) => health).map(({ name }) => name);
    return Promise.resolve(cluster(present, { autopilot: { healthy: voters.length === present.length, voters } }));
  }

  public replace(name: string): Promise<boolean> {
    this.done.push(`replace ${name}`);
    const each = this.at(name);
    each.revision = "new";
    each.away = (this.args.away ?? (() => 3))(this.replacements++);
    this.mostMissing = Math.max(this.mostMissing, this.servers.filter(({ away }) => away > 0).length);
    return Promise.resolve(true);
  }

  public stepDown(name: string): Promise<void> {
    this.done.push(`stepDown ${name}`);
    const from = Number(name.split("-")[1]);
    this.leader = (this.args.elect ?? ((index) => (index + 1) % this.servers.length))(from);
    return Promise.resolve();
  }

  private at(name: string): Simulated {
    const found = this.servers[Number(name.split("-")[1])];
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }
}
