import { Harness, type TestStack } from "./harness.js";

/** What the tests of one `describe` share: one provider process, and stacks that are destroyed after the test that made them. */
export class ProviderSuite {
  private started?: { harness: Harness; kubeconfig: string };
  private readonly destroyAfterwards = new Set<TestStack>();

  /** Call it inside of `describe`: it adds the hooks. */
  constructor() {
    before(async () => {
      const harness = await Harness.start();
      this.started = { harness, kubeconfig: await harness.kubeconfig() };
    });
    afterEach(async () => {
      for (const stack of this.destroyAfterwards) await this.destroy(stack);
    });
    after(() => this.started?.harness.stop());
  }

  get harness(): Harness {
    return this.running.harness;
  }

  /** Content of the kubeconfig of the sandbox's cluster. */
  get kubeconfig(): string {
    return this.running.kubeconfig;
  }

  async stack(name: string, program: () => void): Promise<TestStack> {
    const stack = await this.harness.stack(name, () => {
      program();
      return Promise.resolve();
    });
    this.destroyAfterwards.add(stack);
    return stack;
  }

  /** Destroys a stack inside of its test. */
  destroy(stack: TestStack): ReturnType<TestStack["destroy"]> {
    this.destroyAfterwards.delete(stack);
    return stack.destroy();
  }

  private get running(): { harness: Harness; kubeconfig: string } {
    if (this.started === undefined) throw new Error("the suite is used before its hooks ran");
    return this.started;
  }
}
