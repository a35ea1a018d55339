import { main } from "./main";

/** /home/runner/k8s/index.js of the runner image: plays the 0.7 line, which shares a volume with the job's pod. */
void main("0.7");
