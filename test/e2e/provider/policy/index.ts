import { PolicyPack } from "@pulumi/policy";

new PolicyPack("provider-e2e", {
  policies: [
    {
      name: "config-map-disallow-forbidden",
      description: "ConfigMaps must not have the key forbidden.",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        const data = args.props.data as Record<string, string> | undefined;
        if (args.type === "kubernetes:core/v1:ConfigMap" && data !== undefined && "forbidden" in data) {
          report('the key "forbidden" is not allowed');
        }
      },
    },
  ],
});
