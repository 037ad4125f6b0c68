package ai.laconic.decoder.engine.triton;

import ai.laconic.runtime.latent.BlockType;
import ai.laconic.runtime.latent.HalfPrecision;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.triton.client.RawTensors;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.List;

/** How latents are sent. Named as the protocol names its datatypes. */
enum LatentType {
  FP32(BlockType.FP32) {
    @Override
    void convert(LatentBlock block, ByteBuffer raw) {
      block.readRows(0, block.rows(), raw.asFloatBuffer());
    }
  },
  FP16(BlockType.FP16) {
    @Override
    void convert(LatentBlock block, ByteBuffer raw) {
      try {
        HalfPrecision.write(block.toFloats(), raw);
      } catch (IllegalArgumentException tooLarge) {
        throw Problems.precondition(
            "latents", String.valueOf(tooLarge.getMessage()), "a model in Triton that takes FP32");
      }
    }
  };

  private final BlockType type;

  LatentType(BlockType type) {
    this.type = type;
  }

  /**
   * Returns the latents of blocks as a request has them. Those that are stored like that aren't
   * copied.
   *
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION for a number that the type can't
   *     hold
   */
  ByteString raw(List<LatentBlock> blocks) {
    return ByteString.copyFrom(blocks.stream().map(this::raw).toList());
  }

  private ByteString raw(LatentBlock block) {
    if (block.type() == type) {
      return UnsafeByteOperations.unsafeWrap(block.storedRows(0, block.rows()));
    }
    long bytes = type.payloadBytes(block.rows(), block.cols());
    ByteBuffer raw = RawTensors.little(Math.toIntExact(bytes));
    convert(block, raw);
    return UnsafeByteOperations.unsafeWrap(raw.clear());
  }

  abstract void convert(LatentBlock block, ByteBuffer raw);
}
