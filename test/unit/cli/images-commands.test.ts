import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { check } from "prettier";

import { checkImages } from "../../../cli/images/check-command";
import { lockImages } from "../../../cli/images/lock-command";
import { formatLock, readLock } from "../../../cli/images/lock-file";
import { formatOutcomes, jsonOutcomes } from "../../../cli/images/print";
import type { FoundImage } from "../../../cli/images/registry/client";
import { RegistryError } from "../../../cli/images/registry/errors";
import type { WantedImage } from "../../../cli/images/wanted";
import type { ImageLock } from "../../../components/images/lock";
import { formatReference, type ImageReference, parseReference } from "../../../components/images/reference";
import { temporaryFolder } from "../../support/temporary";

const folder = temporaryFolder();
const file = (): string => join(folder(), "images.lock.json");
const now = (): Date => new Date("2026-11-24T12:00:00.123Z");
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const found = (letter: string): FoundImage => ({
  digest: digest(letter),
  mediaType: "application/vnd.oci.image.index.v1+json",
  platforms: ["linux/amd64", "linux/arm64"],
});

function wanted(reference: string, mirror?: string): WantedImage {
  const parsed = parseReference(reference);
  assert.ok(parsed);
  return { reference, parsed, usedBy: ["dev: images.x"], ...(mirror !== undefined && { mirror }) };
}

/** Registries with these images, by full reference; all others cannot be reached. */
function registries(images: Readonly<Record<string, FoundImage>>): {
  lookUp(image: ImageReference): Promise<FoundImage>;
  digestOf(image: ImageReference): Promise<string | undefined>;
} {
  const lookUp = (image: ImageReference): Promise<FoundImage> => {
    const one = images[formatReference(image)];
    return one
      ? Promise.resolve(one)
      : Promise.reject(new RegistryError("unreachable", `${image.registry} cannot be reached`));
  };
  return { lookUp, digestOf: async (image) => (await lookUp(image)).digest };
}

const a = "ghcr.io/acme/a:1";
const b = "docker.io/library/b:2";

async function lock(
  images: Readonly<Record<string, FoundImage>>,
  references: readonly WantedImage[] = [wanted(a), wanted("b:2")],
  prune = false,
): Promise<Record<string, string>> {
  const outcomes = await lockImages({ file: file(), wanted: references, client: registries(images), prune, now });
  return Object.fromEntries(outcomes.map(({ image, state }) => [image, state]));
}

describe("images lock", () => {
  it("writes what the registries say, sorted, by full name and with the time", async () => {
    assert.deepEqual(await lock({ [a]: found("a"), [b]: found("b") }), { [a]: "added", [b]: "added" });
    assert.deepEqual(Object.entries(readLock(file()).images), [
      [b, { ...found("b"), lookedUp: "2026-11-24T12:00:00Z" }],
      [a, { ...found("a"), lookedUp: "2026-11-24T12:00:00Z" }],
    ]);
    assert.deepEqual(readdirSync(folder()), ["images.lock.json"], "nothing unfinished is left behind");
  });

  it("makes up nothing for what cannot be reached, and keeps what was there", async () => {
    assert.deepEqual(await lock({}), { [a]: "failed", [b]: "failed" });
    assert.deepEqual(readLock(file()).images, {});
    await lock({ [a]: found("a") });
    assert.deepEqual(await lock({ [b]: found("b") }), { [a]: "failed", [b]: "added" });
    assert.deepEqual(Object.keys(readLock(file()).images), [b, a]);
  });

  it("follows a tag that moved, and leaves the file alone when nothing did", async () => {
    await lock({ [a]: found("a"), [b]: found("b") });
    const text = readFileSync(file(), "utf8");
    const later = { file: file(), wanted: [wanted(a)], prune: false, now: () => new Date("2027-01-01T00:00:00Z") };
    await lockImages({ ...later, client: registries({ [a]: found("a") }) });
    assert.equal(readFileSync(file(), "utf8"), text);
    const [outcome] = await lockImages({ ...later, client: registries({ [a]: found("c") }) });
    assert.equal(outcome?.state, "moved");
    assert.equal(outcome.otherDigest, digest("a"));
    assert.equal(readLock(file()).images[a]?.lookedUp, "2027-01-01T00:00:00Z");
  });

  it("asks the mirror, and names images by themselves in the lock", async () => {
    const images = { "harbor.example.com/proxy/ghcr.io/acme/a:1": found("a") };
    assert.deepEqual(await lock(images, [wanted(a, "harbor.example.com/proxy")]), { [a]: "added" });
    assert.deepEqual(Object.keys(readLock(file()).images), [a]);
  });

  it("leaves alone what settings pin themselves", async () => {
    const pinned = `${a}@${digest("a")}`;
    assert.deepEqual(await lock({}, [wanted(pinned)]), { [pinned]: "pinned" });
  });

  it("takes out unused entries only when asked to", async () => {
    await lock({ [a]: found("a"), [b]: found("b") });
    assert.deepEqual(await lock({ [a]: found("a") }, [wanted(a)]), { [a]: "unchanged" });
    assert.deepEqual(await lock({ [a]: found("a") }, [wanted(a)], true), { [a]: "unchanged", [b]: "pruned" });
    assert.deepEqual(Object.keys(readLock(file()).images), [a]);
  });

  it("does not touch a lock that it cannot read", async () => {
    writeFileSync(file(), "{ torn");
    await assert.rejects(lock({ [a]: found("a") }), /is no JSON/);
    assert.equal(readFileSync(file(), "utf8"), "{ torn");
  });
});

describe("images check", () => {
  async function states(
    images: Readonly<Record<string, FoundImage>> | "offline",
    ...references: readonly string[]
  ): Promise<Record<string, string>> {
    const client = images === "offline" ? {} : { client: registries(images) };
    const outcomes = await checkImages({
      file: file(),
      wanted: references.map((name) => wanted(name)),
      everything: true,
      ...client,
    });
    return Object.fromEntries(outcomes.map(({ image, state }) => [image, state]));
  }

  it("tells locked, stale, missing, unreachable and unused images apart", async () => {
    const c = "ghcr.io/acme/c:1";
    const d = "ghcr.io/acme/d:1";
    await lock({ [a]: found("a"), [b]: found("b"), [d]: found("d") }, [wanted(a), wanted(b), wanted(d)]);
    const text = readFileSync(file(), "utf8");
    assert.deepEqual(await states({ [a]: found("a"), [b]: found("c") }, a, b, c), {
      [a]: "locked",
      [b]: "stale",
      [c]: "missing",
      [d]: "unused",
    });
    assert.deepEqual(await states({ [a]: found("a") }, a, b, d), { [a]: "locked", [b]: "failed", [d]: "failed" });
    assert.equal(readFileSync(file(), "utf8"), text, "a check changes nothing");
  });

  it("compares with settings alone when it shall ask no registry", async () => {
    await lock({ [a]: found("a") }, [wanted(a)]);
    assert.deepEqual(await states("offline", a, b), { [a]: "locked", [b]: "missing" });
  });

  it("finds settings that pin another digest than the lock", async () => {
    await lock({ [a]: found("a") }, [wanted(a)]);
    const [same, other] = [`${a}@${digest("a")}`, `${a}@${digest("b")}`];
    assert.deepEqual(await states({}, a, same, other), { [a]: "failed", [same]: "pinned", [other]: "conflict" });
  });

  it("asks for the whole manifest where a registry does not tell a digest by itself", async () => {
    await lock({ [a]: found("a") }, [wanted(a)]);
    const client = { ...registries({ [a]: found("b") }), digestOf: () => Promise.resolve(undefined) };
    const [outcome] = await checkImages({ file: file(), wanted: [wanted(a)], everything: true, client });
    assert.equal(outcome?.state, "stale");
    assert.equal(outcome.otherDigest, digest("b"));
  });
});

describe("formatLock", () => {
  for (const count of [0, 1, 4, 8, 9, 12]) {
    it(`is what prettier would make of ${count} platforms`, async () => {
      const platforms = Array.from({ length: count }, (_, index) => `linux/arm${index}/v8`);
      const entry = { ...found("a"), platforms, lookedUp: "2026-11-24T12:00:00Z" };
      const locks: ImageLock["images"][] = [{}, { [a]: entry }, { [a]: entry, [b]: entry }];
      for (const images of locks) {
        const text = formatLock({ schemaVersion: 1, images });
        assert.ok(await check(text, { parser: "json", printWidth: 120 }), text);
      }
    });
  }
});

describe("the report", () => {
  it("says for people what failed, what is kept, and that no digest was made up", async () => {
    await lock({ [a]: found("a") });
    const outcomes = await lockImages({
      file: file(),
      wanted: [wanted(a), wanted(b)],
      client: registries({}),
      prune: false,
      now,
    });
    assert.equal(
      formatOutcomes(outcomes, "images.lock.json"),
      [
        `failed  ${a}`,
        "          ghcr.io cannot be reached",
        `          ${digest("a")} (looked up 2026-11-24T12:00:00Z), kept`,
        "          linux/amd64, linux/arm64",
        "          used by dev: images.x",
        `failed  ${b}`,
        "          docker.io cannot be reached",
        "          used by dev: images.x",
        "",
        "2 images: 2 failed; 2 of 2 could not be looked up, and no digest was made up for them",
      ].join("\n"),
    );
  });

  it("gives programs the same, with one answer for all", async () => {
    const outcomes = await lockImages({
      file: file(),
      wanted: [wanted(a)],
      client: registries({ [a]: found("a") }),
      prune: false,
      now,
    });
    assert.deepEqual(JSON.parse(jsonOutcomes(outcomes, "x.json")), {
      ok: true,
      file: "x.json",
      images: [
        {
          image: a,
          state: "added",
          digest: digest("a"),
          platforms: ["linux/amd64", "linux/arm64"],
          lookedUp: "2026-11-24T12:00:00Z",
          usedBy: ["dev: images.x"],
        },
      ],
    });
  });
});
