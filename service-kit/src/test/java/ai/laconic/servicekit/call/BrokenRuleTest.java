package ai.laconic.servicekit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.laconic.v1.Cache;
import ai.laconic.v1.ContextFilter;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.Contexts;
import ai.laconic.v1.CreateContextRequest;
import ai.laconic.v1.Decoder;
import ai.laconic.v1.Encoder;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.Generation;
import ai.laconic.v1.Part;
import ai.laconic.v1.Pools;
import ai.laconic.v1.Role;
import ai.laconic.v1.Sampling;
import ai.laconic.v1.SegmentRange;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Types;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.validate.FieldRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a request is told that breaks a rule of the proto. */
class BrokenRuleTest {
  private static final String ID = "ctx_" + "0".repeat(32);

  private final ValidationServerInterceptor interceptor =
      new ValidationServerInterceptor(ValidatorFactory.newBuilder().build());

  private String answer(Message request) {
    Throwable thrown = catchThrowable(() -> interceptor.check(request));
    return thrown == null ? "OK" : String.valueOf(thrown.getMessage());
  }

  private static GenerateRequest about(ContextPart.Builder context) {
    return GenerateRequest.newBuilder()
        .addTurns(
            Turn.newBuilder()
                .setRole(Role.ROLE_USER)
                .addParts(Part.newBuilder().setContext(context.setContextId(ID))))
        .build();
  }

  private static ContextPart.Builder range(int first, int end) {
    return ContextPart.newBuilder().setRange(SegmentRange.newBuilder().setFirst(first).setEnd(end));
  }

  @Test
  void namesARangeThatRunsBackwards() {
    assertThat(answer(about(range(0, 1)))).isEqualTo("OK");
    assertThat(answer(about(range(5, 3))))
        .isEqualTo(
            "INVALID_ARGUMENT: turns[0].parts[0].context.range: first: 5 end: 3"
                + " (expected: an end greater than first)");
  }

  @Test
  void tellsNumbersBeyondAnIntAsTheyWereSent() {
    assertThat(answer(about(range(0, Integer.MIN_VALUE))))
        .isEqualTo(
            "OUT_OF_RANGE: turns[0].parts[0].context.range.end: 2147483648"
                + " (expected: at most 2147483647)");
    assertThat(answer(about(range(-2, -1)))).contains("range.first: 4294967294 (expected");
    assertThat(answer(about(ContextPart.newBuilder().addExpand(5).addExpand(-1))))
        .contains("context.expand[1]: 4294967295 (expected");
    assertThat(answer(about(ContextPart.newBuilder().addExpand(-1).addExpand(-1))))
        .contains("context.expand: 4294967295, 4294967295 (expected: none twice)");
    assertThat(answer(Sampling.newBuilder().setTopK(-1).build()))
        .contains("top_k: 4294967295 (expected: less than or equal to 1000)");
    assertThat(answer(ContextOptions.newBuilder().setRatio(-4).build()))
        .contains("ratio: 4294967292 (expected: greater than or equal to 1 and less");
  }

  @Test
  void tellsTimesThatNoCalendarHas() {
    for (long seconds : new long[] {-1, 253_402_300_800L, 1L << 62, Long.MIN_VALUE}) {
      assertThat(
              answer(
                  ContextFilter.newBuilder()
                      .setCreatedAfter(Timestamp.newBuilder().setSeconds(seconds))
                      .build()))
          .isEqualTo(
              "OUT_OF_RANGE: created_after: %d s and 0 ns (expected: a time between the years 1970 and 9999)"
                  .formatted(seconds));
    }
    assertThat(
            answer(
                ContextFilter.newBuilder()
                    .setCreatedBefore(Timestamp.newBuilder().setNanos(-1))
                    .build()))
        .startsWith("OUT_OF_RANGE: created_before: 0 s and -1 ns (expected: ");
  }

  @Test
  void speaksOfEnumsByTheirNames() {
    assertThat(answer(Turn.newBuilder().setRoleValue(7).addParts(text()).build()))
        .isEqualTo(
            "INVALID_ARGUMENT: role: 7"
                + " (expected: one of ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT)");
    assertThat(answer(Turn.newBuilder().addParts(text()).build()))
        .contains("role: ROLE_UNSPECIFIED (expected: one of ROLE_SYSTEM");
  }

  private static Part.Builder text() {
    return Part.newBuilder().setText("text");
  }

  @Test
  void saysThatSomethingIsMissing() {
    assertThat(answer(CreateContextRequest.getDefaultInstance()))
        .isEqualTo(
            "INVALID_ARGUMENT: part: missing (expected: exactly one field is required in oneof)");
    assertThat(answer(GenerateRequest.getDefaultInstance()))
        .contains("turns: 0 of them (expected: at least 1 item(s))");
  }

  @Test
  void hasWordsForEachPattern() {
    Set<String> patterns =
        Stream.of(
                Cache.getDescriptor(),
                Contexts.getDescriptor(),
                Decoder.getDescriptor(),
                Encoder.getDescriptor(),
                Generation.getDescriptor(),
                Pools.getDescriptor(),
                Types.getDescriptor())
            .flatMap(file -> file.getMessageTypes().stream())
            .flatMap(message -> message.getFields().stream())
            .flatMap(BrokenRuleTest::patterns)
            .filter(pattern -> !pattern.isEmpty())
            .collect(Collectors.toSet());

    assertThat(patterns).isNotEmpty().isEqualTo(BrokenRule.PATTERNS.keySet());
  }

  private static Stream<String> patterns(FieldDescriptor field) {
    FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
    return Stream.of(
        rules.getString().getPattern(),
        rules.getRepeated().getItems().getString().getPattern(),
        rules.getMap().getKeys().getString().getPattern());
  }
}
