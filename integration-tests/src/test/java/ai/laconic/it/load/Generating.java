package ai.laconic.it.load;

import ai.laconic.v1.ContextPart;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationServiceGrpc;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Answers of 16 to 64 tokens over a small context that belongs to the client. */
record Generating(String contextId) implements Workload {
  private static final int LEAST_TOKENS = 16;
  private static final int MOST_TOKENS = 64;

  @Override
  public void send(Channel channel, Random random, Duration deadline, Answer answer) {
    GenerationServiceGrpc.newStub(channel)
        .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS)
        .generate(request(random), new AnswerObserver<GenerateResponse>(answer));
  }

  private GenerateRequest request(Random random) {
    return request(random, LEAST_TOKENS + random.nextInt(MOST_TOKENS - LEAST_TOKENS + 1));
  }

  GenerateRequest request(Random random, int tokens) {
    return GenerateRequest.newBuilder()
        .setMaxTokens(tokens)
        .addTurns(
            Turn.newBuilder()
                .setRole(Role.ROLE_USER)
                .addParts(
                    Part.newBuilder().setContext(ContextPart.newBuilder().setContextId(contextId)))
                .addParts(
                    Part.newBuilder()
                        .setText(
                            "Repeat the text above from word " + random.nextInt(100) + " on.")))
        .build();
  }
}
