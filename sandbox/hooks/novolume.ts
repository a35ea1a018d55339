import { main } from "./main";

/** /home/runner/k8s-novolume/index.js of the runner image: plays the 0.8 line, whose pods have volumes of their own. */
void main("0.8");
