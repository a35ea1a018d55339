import assert from "node:assert/strict";

import { apiAddress } from "../../../../components/github/api-address";

describe("the address of GitHub's interface", () => {
  for (const [configUrl, address] of [
    ["https://github.com/acme", "https://api.github.com/"],
    ["https://www.github.com/acme/app", "https://api.github.com/"],
    ["https://acme.ghe.com/acme", "https://api.acme.ghe.com/"],
    ["https://ghes.example.com/acme", "https://ghes.example.com/"],
    ["https://ghes.example.com:8443/enterprises/acme", "https://ghes.example.com:8443/"],
    ["http://10.88.0.1:8080/acme", "http://10.88.0.1:8080/"],
  ] as const) {
    it(`is ${address} for ${configUrl}`, () => assert.equal(apiAddress(configUrl), address));
  }
});
