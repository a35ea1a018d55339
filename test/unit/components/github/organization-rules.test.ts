import assert from "node:assert/strict";

import { actionsViolations, sharedValueViolations } from "../../../../components/github/organization-rules";

describe("rule GHS-01", () => {
  const good = { visibility: "selected", selectedRepositoryIds: [1] };

  it("lets values for named repositories through", () => assert.deepEqual(sharedValueViolations(good), []));

  for (const [title, changes, message] of [
    ["all repositories", { visibility: "all" }, /^visibility is all: everybody who can write to any repository/],
    ["all private repositories", { visibility: "private" }, /^visibility is private: /],
    ["no visibility", { visibility: undefined }, /^visibility is not set: /],
    ["an empty list", { selectedRepositoryIds: [] }, /^selectedRepositoryIds is empty: no repository/],
    ["no list", { selectedRepositoryIds: undefined }, /^selectedRepositoryIds is empty: no repository/],
  ] as const) {
    it(`refuses ${title}`, () => {
      const [violation, ...more] = sharedValueViolations({ ...good, ...changes });
      assert.equal(violation?.rule, "GHS-01");
      assert.match(violation.message, message);
      assert.deepEqual(more, []);
    });
  }
});

describe("rule GHS-02", () => {
  const good = {
    shaPinningRequired: true,
    defaultWorkflowPermissions: "read",
    canApprovePullRequestReviews: false,
    forkApproval: "all_external_contributors",
  };

  it("lets pinned actions, tokens that read, and approved strangers through", () => {
    assert.deepEqual(actionsViolations(good), []);
    const { forkApproval, ...known } = good;
    assert.deepEqual(actionsViolations(known), [], `without ${forkApproval}, which the provider does not know`);
  });

  for (const [title, changes, message] of [
    ["actions by tag", { shaPinningRequired: false }, /^shaPinningRequired is off: /],
    ["pinning that is not said", { shaPinningRequired: undefined }, /^shaPinningRequired is off: /],
    ["tokens that write", { defaultWorkflowPermissions: "write" }, /^defaultWorkflowPermissions is not read: /],
    [
      "tokens of which nothing is said",
      { defaultWorkflowPermissions: undefined },
      /^defaultWorkflowPermissions is not/,
    ],
    ["workflows that approve", { canApprovePullRequestReviews: true }, /^canApprovePullRequestReviews is on: /],
    ["strangers known by one change", { forkApproval: "first_time_contributors" }, /^forkApproval is not all_external/],
  ] as const) {
    it(`warns of ${title}`, () => {
      const [violation, ...more] = actionsViolations({ ...good, ...changes });
      assert.equal(violation?.rule, "GHS-02");
      assert.match(violation.message, message);
      assert.deepEqual(more, []);
    });
  }
});
