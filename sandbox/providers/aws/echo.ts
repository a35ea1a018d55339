import { UNKNOWN, type PropertyMap } from "../shared/values.js";

/** Inputs as the outputs of a preview: what AWS alone decides is unknown. All that is absent the engine takes for unknown as well. */
export function echoed(inputs: PropertyMap): PropertyMap {
  return { ...inputs, id: UNKNOWN, arn: UNKNOWN };
}
