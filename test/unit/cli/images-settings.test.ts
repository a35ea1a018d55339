import assert from "node:assert/strict";

import { imageSettings } from "../../../cli/images/image-settings";

describe("imageSettings", () => {
  it("finds what stands below images and every key that is called an image", () => {
    const settings = {
      images: {
        mirror: "harbor.example.com",
        pullPolicy: "Always",
        requireDigest: true,
        runner: "r/a:1",
        node: "r/b:1",
      },
      legacy: {
        controller: { images: { runner: "r/c:1" } },
        sets: { old: { image: "r/d:1", imagePullPolicy: "Always" } },
      },
      list: [{ jobImage: "r/e:1" }],
    };
    assert.deepEqual(
      imageSettings(settings).map(({ path, reference }) => `${path} ${reference}`),
      [
        "images.runner r/a:1",
        "images.node r/b:1",
        "legacy.controller.images.runner r/c:1",
        "legacy.sets.old.image r/d:1",
        "list.0.jobImage r/e:1",
      ],
    );
  });

  it("leaves out images that users lay over pods: they are taken word for word", () => {
    const pod = { spec: { containers: [{ image: "r/a:1" }] } };
    assert.deepEqual(imageSettings({ scaleSets: { a: { podTemplate: pod, job: { template: pod } } } }), []);
  });
});
