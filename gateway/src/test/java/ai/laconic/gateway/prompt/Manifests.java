package ai.laconic.gateway.prompt;

import ai.laconic.gateway.fake.Digests;
import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.Context;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Segment;

/** Contexts for tests. */
final class Manifests {
  static final String ONE = "ctx_" + "1".repeat(32);
  static final String TWO = "ctx_" + "2".repeat(32);

  private Manifests() {}

  /** Returns a manifest whose segments belong to these spans, ten bytes each. */
  static Context context(String id, int... spans) {
    Context.Builder context =
        Context.newBuilder()
            .setId(id)
            .setModel("nano-4x")
            .setFingerprint(Models.FINGERPRINT_A)
            .setRatio(4)
            .setSourceKept(true)
            .setSegmentCount(spans.length);
    for (int i = 0; i < spans.length; i++) {
      context.addSegments(
          Segment.newBuilder()
              .setLatent(latent(id, i))
              .setTokens(8)
              .setTextBytes(10)
              .setSpan(spans[i]));
    }
    return context.build();
  }

  static LatentRef latent(String id, int segment) {
    return LatentRef.newBuilder()
        .setLatentId(Digests.sha256(id + segment))
        .setLatents(segment + 1)
        .build();
  }
}
