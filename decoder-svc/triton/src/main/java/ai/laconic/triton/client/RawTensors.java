package ai.laconic.triton.client;

import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferInputTensor;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Input tensors as requests have them: raw and little-endian. */
public final class RawTensors {
  private RawTensors() {}

  /** Returns an empty buffer for the contents of one tensor. */
  public static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Adds an input to a request.
   *
   * @param raw its contents, all of the buffer; never written again
   */
  public static void add(
      ModelInferRequest.Builder request,
      String name,
      String datatype,
      ByteBuffer raw,
      long... shape) {
    // Not written any more, so that it needs no copy.
    add(request, name, datatype, UnsafeByteOperations.unsafeWrap(raw.clear()), shape);
  }

  /** Adds an input to a request. */
  public static void add(
      ModelInferRequest.Builder request,
      String name,
      String datatype,
      ByteString raw,
      long... shape) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    for (long size : shape) {
      input.addShape(size);
    }
    request.addInputs(input).addRawInputContents(raw);
  }
}
