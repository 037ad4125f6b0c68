package ai.laconic.decoder.service;

import ai.laconic.decoder.cache.FakeCache;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.SharingDomain;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelFingerprint;
import ai.laconic.v1.DecodePart;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeTurn;
import ai.laconic.v1.GenerationTask;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.MemoryRegion;
import ai.laconic.v1.Role;
import java.util.Arrays;

/** Requests for the golden prompts, and the blocks that they need. */
final class GoldenPrompts {
  static final Golden GOLDEN = Golden.load();

  private GoldenPrompts() {}

  static DecodeRequest.Builder text(String text) {
    return DecodeRequest.newBuilder()
        .addTurns(
            DecodeTurn.newBuilder()
                .setRole(Role.ROLE_USER)
                .addParts(DecodePart.newBuilder().setText(text)))
        .setGeneration(GenerationTask.getDefaultInstance());
  }

  /** Returns the request for a golden prompt, after its blocks were put into the cache. */
  static DecodeRequest.Builder request(
      ModelDirectory model, FakeCache cache, Golden.Prompt prompt) {
    DecodeTurn.Builder turn = DecodeTurn.newBuilder().setRole(Role.ROLE_USER);
    for (Golden.Part part : prompt.parts()) {
      turn.addParts(
          part.compressed()
              ? region(model, cache, GOLDEN.span(part.text()))
              : DecodePart.newBuilder().setText(part.text()));
    }
    return DecodeRequest.newBuilder()
        .addTurns(turn)
        .setFingerprint(model.fingerprint().hex())
        .setGeneration(atMost(prompt.tokens().length));
  }

  /** Returns a greedy generation of up to so many tokens. */
  static GenerationTask atMost(int tokens) {
    return GenerationTask.newBuilder().setMaxTokens(tokens).build();
  }

  /** A region with one block for each window, as the encoder would write it. */
  private static DecodePart.Builder region(
      ModelDirectory model, FakeCache cache, Golden.Span span) {
    MemoryRegion.Builder region = MemoryRegion.newBuilder();
    int window = model.windowTokens();
    for (int start = 0; start < span.ids().length; start += window) {
      int[] ids =
          Arrays.copyOfRange(span.ids(), start, Math.min(start + window, span.ids().length));
      int first = model.ratio().latentsFor(start);
      int rows = model.ratio().latentsFor(ids.length);
      LatentId id = LatentId.of(model.fingerprint(), model.ratio(), SharingDomain.PUBLIC, ids);
      cache.put(
          block(id, model.fingerprint(), Arrays.copyOfRange(span.latents(), first, first + rows)));
      region.addLatents(LatentRef.newBuilder().setLatentId(id.hex()).setLatents(rows));
    }
    return DecodePart.newBuilder().setRegion(region);
  }

  static LatentBlock block(LatentId id, ModelFingerprint model, float[][] rows) {
    int width = rows[0].length;
    float[] values = new float[rows.length * width];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, values, row * width, width);
    }
    return LatentBlock.ofEmbeddings(id, model, BlockType.FP32, rows.length, width, values);
  }
}
