import { join } from "node:path";
import { arcImage, dockerImage } from "../images/catalog";
import { builtFolder } from "../tools/cache";
import { builtTools } from "../tools/catalog";
import { legacyRunnerImage } from "./images";

/**
 * What the section `legacy` gets from the sandbox when the user's configuration has one: the chart and images that are there, and where the
 * stand-in for GitHub is.
 * @param githubAddress `host:port` of the stand-in
 */
export function legacySettings(githubAddress: string): Record<string, unknown> {
  return {
    controller: {
      // Of the module that the manager was built from; the published chart differs from it in its version alone.
      chart: { chart: join(builtFolder(builtTools.arc), "legacy-chart"), repository: null, version: null },
      images: { controller: arcImage, runner: legacyRunnerImage, dind: dockerImage },
      replicas: 1,
      githubEnterpriseServerUrl: null,
      githubApiUrl: `http://${githubAddress}/api/v3/`,
      runnerGithubUrl: `http://${githubAddress}/`,
      logFormat: "text",
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "1", memory: "256Mi" } },
    },
  };
}
