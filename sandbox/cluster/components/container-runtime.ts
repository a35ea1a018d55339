import * as grpc from "@grpc/grpc-js";

/**
 * Whether containerd takes the kubelet's calls. Its own interface answers some seconds before that, and a kubelet that comes meanwhile ends
 * itself ("server is not initialized yet"), for good: nothing starts it again here.
 * @param socket path of containerd's socket
 */
export async function servesKubelet(socket: string): Promise<boolean> {
  const client = new grpc.Client(`unix://${socket}`, grpc.credentials.createInsecure());
  try {
    return await new Promise<boolean>((resolve) => {
      client.makeUnaryRequest(
        "/runtime.v1.RuntimeService/Version",
        // Neither the empty question nor the answer needs a definition to be understood.
        (message: Buffer) => message,
        (message: Buffer) => message,
        Buffer.alloc(0),
        { deadline: Date.now() + 5000 },
        (error) => resolve(error === null),
      );
    });
  } finally {
    client.close();
  }
}
