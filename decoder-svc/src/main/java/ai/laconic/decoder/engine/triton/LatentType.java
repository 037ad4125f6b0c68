package ai.laconic.decoder.engine.triton;

import ai.laconic.runtime.latent.HalfPrecision;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.triton.client.RawTensors;
import java.nio.ByteBuffer;

/** How latents are sent. Named as the protocol names its datatypes. */
enum LatentType {
  FP32(Float.BYTES) {
    @Override
    void put(float[] latents, ByteBuffer raw) {
      raw.asFloatBuffer().put(latents);
    }
  },
  FP16(Short.BYTES) {
    @Override
    void put(float[] latents, ByteBuffer raw) {
      try {
        HalfPrecision.write(latents, raw);
      } catch (IllegalArgumentException tooLarge) {
        throw Problems.precondition(
            "latents", String.valueOf(tooLarge.getMessage()), "a model in Triton that takes FP32");
      }
    }
  };

  private final int bytes;

  LatentType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns latents as a request has them.
   *
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION for a number that the type can't
   *     hold
   */
  ByteBuffer raw(float[] latents) {
    ByteBuffer raw = RawTensors.little(Math.multiplyExact(latents.length, bytes));
    put(latents, raw);
    return raw;
  }

  abstract void put(float[] latents, ByteBuffer raw);
}
