import { strict as assert } from "node:assert";

import { rotating } from "../../../../apps/exporter/github/credential";
import { ManualClock } from "../../../../sandbox/github/actions/clock";

const minute = 60_000;

describe("tokens of an App's installation", () => {
  const made = () => {
    const clock = new ManualClock();
    const state = { minted: 0, fails: false };
    const source = rotating(() => {
      if (state.fails) return Promise.reject(new Error("GitHub is away"));
      state.minted += 1;
      return Promise.resolve(`token-${state.minted}`);
    }, clock);
    const header = async (spread = 0) => (await source(spread)).header;
    return { clock, state, header };
  };

  it("are made once for all who ask at the same time", async () => {
    const { state, header } = made();
    assert.deepEqual(await Promise.all([header(), header(1)]), ["Bearer token-1", "Bearer token-1"]);
    assert.equal(state.minted, 1);
  });

  it("change before the old one ends, for one asker after the other", async () => {
    const { clock, header } = made();
    await header();
    clock.advance(45 * minute);
    assert.equal(await header(0), "Bearer token-2");
    assert.equal(await header(0.5), "Bearer token-1");
    clock.advance(7 * minute);
    assert.equal(await header(0.5), "Bearer token-2");
    assert.equal(await header(1), "Bearer token-1");
    clock.advance(5 * minute);
    assert.equal(await header(1), "Bearer token-2");
  });

  it("stay in use while no new one can be had, until they end", async () => {
    const { clock, state, header } = made();
    await header();
    state.fails = true;
    clock.advance(46 * minute);
    assert.equal(await header(), "Bearer token-1");
    clock.advance(12 * minute);
    await assert.rejects(header(), /GitHub is away/);
    state.fails = false;
    clock.advance(minute);
    assert.equal(await header(), "Bearer token-2");
  });
});
