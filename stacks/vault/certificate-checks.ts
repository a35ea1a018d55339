import { isIP } from "node:net";

import { durationSeconds } from "../../components/go-duration";
import { apiAddress, certificateNames, serverNames, serviceHost } from "../../components/vault/server-names";
import type { Readable } from "../checks";
import { nearestName, type Problem, show } from "../problems";
import type { VaultSettings } from "./schema";

/** Who issues the servers' certificate, and whether those that connect will accept it. */
export function certificateProblems(vault: VaultSettings, settings: Readable): Problem[] {
  return [...issuerProblems(vault, settings), ...lifeProblems(vault, settings), ...provisionerProblems(vault)];
}

function issuerProblems({ tls }: VaultSettings, { certManager }: Readable): Problem[] {
  if (!certManager) return [];
  const path = "vault.tls.issuer";
  if (certManager.mode === "none") {
    return [
      {
        path: "certManager.mode",
        what: `${show("", certManager.mode)}, but Vault needs a certificate`,
        allowed: "install or existing",
        fix: "set it to install, or to existing if the cluster has cert-manager",
      },
    ];
  }
  const known = Object.keys(certManager.issuers);
  const issuer = Object.hasOwn(certManager.issuers, tls.issuer) ? certManager.issuers[tls.issuer] : undefined;
  const what = show(path, tls.issuer);
  if (!issuer) {
    const nearest = nearestName(tls.issuer, known);
    return [
      {
        path,
        what,
        allowed: `one of certManager.issuers: ${known.join(", ") || "there is none"}`,
        fix: nearest === undefined ? "add it to certManager.issuers" : `did you mean ${nearest}?`,
      },
    ];
  }
  if (issuer.acme) {
    const allowed = "an authority of your own: no public one signs names such as vault.vault.svc";
    return [{ path, what: `${what}, which is an ACME server`, allowed }];
  }
  if (issuer.vault) {
    const allowed = "another kind: no server could start without a certificate of the servers";
    return [
      {
        path,
        what: `${what}, which is a Vault itself`,
        allowed,
        fix: "unless that is another Vault, name it as existing",
      },
    ];
  }
  if (issuer.namespace === undefined) return [];
  const allowed = "a ClusterIssuer: one of a namespace serves that namespace alone, and Vault's is not there before it";
  return [{ path, what: `${what}, which is an Issuer of ${issuer.namespace}`, allowed }];
}

function lifeProblems({ tls }: VaultSettings, { certManager }: Readable): Problem[] {
  const seconds = (duration: string) => durationSeconds(duration) ?? 0;
  const { duration, renewBefore, issuer } = tls;
  const problems: Problem[] = [];
  if (seconds(renewBefore) >= seconds(duration)) {
    const path = "vault.tls.renewBefore";
    problems.push({ path, what: show(path, renewBefore), allowed: `less than duration, which is ${duration}` });
  }
  const leaf = certManager?.issuers[issuer]?.selfSignedCa?.leafDuration;
  if (leaf !== undefined && seconds(duration) > seconds(leaf)) {
    const path = "vault.tls.duration";
    problems.push({
      path,
      what: show(path, duration),
      allowed: `at most leafDuration of the issuer, which is ${leaf}`,
    });
  }
  return problems;
}

/** The name that Pulumi checks the certificate against has to be in it. Addresses are not. */
function provisionerProblems({ name, namespace, provisioner, tls }: VaultSettings): Problem[] {
  const { address = apiAddress(serviceHost(serverNames(name).active, namespace)), tlsServerName } = provisioner;
  const host = new URL(address).hostname.replace(/^\[(.*)\]$/, "$1");
  const path = "vault.provisioner.tlsServerName";
  if (tlsServerName === undefined && isIP(host) !== 0) {
    const allowed = `a name of the certificate, such as ${serviceHost(serverNames(name).active, namespace)}`;
    return [{ path, what: `not set, but vault.provisioner.address is the address ${host}`, allowed }];
  }
  const checked = tlsServerName ?? host;
  if (certificateNames({ name, namespace }, tls.names).some((known) => covers(known, checked))) return [];
  const allowed = "a name of the certificate: of a Service, of a server, or of vault.tls.names";
  return tlsServerName === undefined
    ? [
        {
          path: "vault.provisioner.address",
          what: `${show("", address)}, a name that the certificate does not have`,
          allowed,
          fix: `add ${host} to vault.tls.names, or set ${path}`,
        },
      ]
    : [{ path, what: show(path, tlsServerName), allowed, fix: "add it to vault.tls.names" }];
}

/** A wildcard stands for one label. */
function covers(known: string, host: string): boolean {
  return known.startsWith("*.") ? known.slice(1) === host.replace(/^[^.]+/, "") : known === host;
}
