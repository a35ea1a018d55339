import { ServiceError } from "../service/errors";
import type { Exchange } from "./exchange";
import { errorReply, notFound, RestError, type Reply } from "./reply";
import type { Router } from "./router";

/** Lets the handler of a request answer it; whatever it throws becomes a reply too. */
export async function dispatch(router: Router, exchange: Exchange): Promise<Reply> {
  try {
    const found = router.find(exchange.method, exchange.path);
    if (!found) throw notFound();
    exchange.params = found.params;
    return await found.handler(exchange);
  } catch (error) {
    const expected = error instanceof ServiceError || error instanceof RestError;
    if (!expected) console.error(error);
    return errorReply(error);
  }
}
