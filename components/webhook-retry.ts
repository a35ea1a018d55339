import type * as pulumi from "@pulumi/pulumi";

/** API groups whose admission webhooks are waited for: those of cert-manager, and of the controller of the older kinds of runners. */
const groups = ["cert-manager.io", "actions.summerwind.dev"];

/**
 * What an error of the API server says when an admission webhook of one of these cannot be reached, or not yet be trusted: connection refused,
 * "certificate signed by unknown authority", a time-out, "no endpoints available".
 */
const unreachable = new RegExp(
  `failed calling webhook "[\\w.-]*(?:${groups.map((group) => group.replaceAll(".", "\\.")).join("|")})"`,
);

/** Attempts, and the pause before each: four minutes in all. cert-manager's webhook was seen to need 20 s on two idle cores, and several times that under load. */
const attempts = 80;
const pauseMs = 3000;

/**
 * Whether an operation on a custom resource is worth another attempt: its admission webhook did not answer, which passes. Everything else,
 * the webhook's own refusal among it, does not.
 *
 * @param errors what the attempts so far ended with, newest first.
 */
export function webhookIsStarting({ errors }: Pick<pulumi.ErrorHookArgs, "errors">): boolean {
  return errors.length < attempts && unreachable.test(errors[0] ?? "");
}

/**
 * Callback of the `ErrorHook` for what is made right after a controller with admission webhooks. A Deployment that is available does not
 * mean that they answer: cert-manager's certificate has yet to reach the API server, and the legacy controller has no readiness probe at all.
 *
 * The hook is made once per program and passed down: the engine knows hooks by name.
 */
export async function retryWhileWebhookStarts(args: pulumi.ErrorHookArgs): Promise<boolean> {
  if (!webhookIsStarting(args)) return false;
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return true;
}
