package ai.laconic.decoder.engine.triton;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.inference.InferParameter;
import ai.laconic.inference.ModelInferResponse;
import ai.laconic.inference.ModelInferResponse.InferOutputTensor;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.triton.contract.DecoderContract;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads responses and believes none of them: names, types, shapes, lengths and ids are checked, and
 * at the end whether all have come.
 *
 * @param id of the request
 * @param promptLength positions of the prompt
 * @param vocabularySize token ids, from 0
 * @param maxTokens of the whole answer
 */
record TritonResponses(String id, int promptLength, int vocabularySize, int maxTokens) {
  private static final String WHAT = "triton response";

  /**
   * Reads one response.
   *
   * @param before tokens that came already
   * @throws StatusRuntimeException DATA_LOSS for anything that the contract doesn't say
   */
  TritonAnswer read(ModelInferResponse response, int before) {
    if (!response.getId().isEmpty() && !response.getId().equals(id)) {
      throw wrong("id", response.getId(), id);
    }
    if (response.getRawOutputContentsCount() != response.getOutputsCount()) {
      throw wrong(
          "raw_output_contents",
          response.getRawOutputContentsCount(),
          response.getOutputsCount() + ", one for each output");
    }
    List<Integer> tokens = List.of();
    Optional<EndReason> reason = Optional.empty();
    Optional<List<Long>> usage = Optional.empty();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < response.getOutputsCount(); i++) {
      InferOutputTensor output = response.getOutputs(i);
      ByteString raw = response.getRawOutputContents(i);
      if (!names.add(output.getName())) {
        throw wrong("outputs", output.getName() + " twice", "once");
      }
      switch (output.getName()) {
        case DecoderContract.TOKEN_ID -> tokens = tokens(output, raw, before);
        case DecoderContract.FINISH_REASON -> reason = Optional.of(reason(output, raw));
        case DecoderContract.USAGE -> usage = Optional.of(usage(output, raw));
        default -> throw wrong("output", output.getName(), "TOKEN_ID, FINISH_REASON or USAGE");
      }
    }
    checkUsage(reason.isPresent(), usage, before + tokens.size());
    return new TritonAnswer(tokens, reason, last(response));
  }

  /** Counts that differ mean that a response was lost or came twice. */
  private void checkUsage(boolean finished, Optional<List<Long>> usage, long tokens) {
    if (finished != usage.isPresent()) {
      throw wrong(
          "outputs",
          (finished ? DecoderContract.FINISH_REASON : DecoderContract.USAGE) + " alone",
          "FINISH_REASON and USAGE together");
    }
    List<Long> here = List.of((long) promptLength, tokens);
    if (finished && !usage.get().equals(here)) {
      throw wrong(
          DecoderContract.USAGE,
          usage.get(),
          here + ", positions of the prompt and tokens that came");
    }
  }

  private static List<Long> usage(InferOutputTensor output, ByteString raw) {
    if (!output.getDatatype().equals("INT64")) {
      throw wrong(output.getName() + " datatype", output.getDatatype(), "INT64");
    }
    if (!output.getShapeList().equals(List.of(2L))) {
      throw wrong(output.getName() + " shape", output.getShapeList(), "[2]");
    }
    length(output, raw, 2 * Long.BYTES);
    ByteBuffer values = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return List.of(values.getLong(), values.getLong());
  }

  private static boolean last(ModelInferResponse response) {
    InferParameter last = response.getParametersMap().get(DecoderContract.FINAL_RESPONSE);
    return last != null && last.getBoolParam();
  }

  private List<Integer> tokens(InferOutputTensor output, ByteString raw, int before) {
    int width =
        switch (output.getDatatype()) {
          case "INT32" -> Integer.BYTES;
          case "INT64" -> Long.BYTES;
          default ->
              throw wrong(output.getName() + " datatype", output.getDatatype(), "INT32 or INT64");
        };
    if (output.getShapeCount() != 1 || output.getShape(0) < 0) {
      throw wrong(output.getName() + " shape", output.getShapeList(), "[k]");
    }
    long count = output.getShape(0);
    if (count > maxTokens - before) {
      throw wrong(output.getName(), before + " + " + count + " tokens", "at most " + maxTokens);
    }
    length(output, raw, count * width);
    ByteBuffer values = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> tokens = new ArrayList<>((int) count);
    while (values.hasRemaining()) {
      long token = width == Integer.BYTES ? values.getInt() : values.getLong();
      if (token < 0 || token >= vocabularySize) {
        throw wrong(output.getName(), token, "0 to " + (vocabularySize - 1));
      }
      tokens.add((int) token);
    }
    return tokens;
  }

  private static EndReason reason(InferOutputTensor output, ByteString raw) {
    if (!output.getDatatype().equals("BYTES")) {
      throw wrong(output.getName() + " datatype", output.getDatatype(), "BYTES");
    }
    if (!output.getShapeList().equals(List.of(1L))) {
      throw wrong(output.getName() + " shape", output.getShapeList(), "[1]");
    }
    ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < Integer.BYTES) {
      throw wrong(output.getName() + " bytes", bytes.remaining(), "a length and that many");
    }
    length(output, raw, Integer.BYTES + Integer.toUnsignedLong(bytes.getInt()));
    String word = StandardCharsets.UTF_8.decode(bytes).toString();
    return switch (word) {
      case DecoderContract.STOP -> EndReason.STOP;
      case DecoderContract.LENGTH -> EndReason.LENGTH;
      default ->
          throw wrong(
              output.getName(), word, DecoderContract.STOP + " or " + DecoderContract.LENGTH);
    };
  }

  private static void length(InferOutputTensor output, ByteString raw, long expected) {
    if (raw.size() != expected) {
      throw wrong(output.getName() + " bytes", raw.size(), expected);
    }
  }

  private static StatusRuntimeException wrong(String field, Object value, Object expected) {
    return Problems.dataLoss(WHAT, field + ": " + value + " (expected: " + expected + ")");
  }
}
