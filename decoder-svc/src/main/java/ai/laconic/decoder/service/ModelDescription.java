package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.EngineInfo;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.Model;

/** Says what runs here. */
final class ModelDescription {
  private ModelDescription() {}

  static DescribeDecoderResponse of(ModelDirectory model, EngineInfo engine) {
    return DescribeDecoderResponse.newBuilder()
        .setModel(
            Model.newBuilder()
                .setName(model.name())
                .setFingerprint(model.fingerprint().hex())
                .setRatio(model.ratio().value())
                .setWindowTokens(model.windowTokens())
                .setLatentWidth(model.latentWidth())
                // The encoder chooses the type of the blocks; this is their uncompressed size.
                .setLatentBytes(model.latentWidth() * Float.BYTES)
                .setKvBytesPerPosition(Math.toIntExact(model.decoderKvBytesPerToken())))
        .setMaxPositions(engine.maxPositions())
        .setSlots(engine.slots())
        .build();
  }
}
