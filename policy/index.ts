import { PolicyPack } from "@pulumi/policy";

import { configureMaxRunners } from "./rules/configure-max-runners";

// One rule a file; a rule is listed here once and nowhere else. Importing this file starts a server, so tests import the rules.
new PolicyPack("runner-platform", { policies: [configureMaxRunners] });
