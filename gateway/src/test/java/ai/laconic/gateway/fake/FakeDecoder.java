package ai.laconic.gateway.fake;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.DecodeFinished;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecodeStarted;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DescribeDecoderRequest;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.MissingBlocks;
import ai.laconic.v1.Model;
import ai.laconic.v1.ScoredTokens;
import ai.laconic.v1.TokenScore;
import ai.laconic.v1.Usage;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A decoder that says, or scores, "Hello, world" unless its script says otherwise. */
public final class FakeDecoder extends DecoderServiceGrpc.DecoderServiceImplBase {
  /** How one call goes. */
  @FunctionalInterface
  public interface Script {
    void decode(DecodeRequest request, ServerCallStreamObserver<DecodeResponse> answers);
  }

  public final Queue<DecodeRequest> requests = new ConcurrentLinkedQueue<>();
  public final Queue<String> tenants = new ConcurrentLinkedQueue<>();
  public final AtomicInteger cancelled = new AtomicInteger();
  public volatile Model model;
  public volatile Script script = FakeDecoder::answer;
  public volatile Runnable onDescribe = () -> {};

  public FakeDecoder(Model model) {
    this.model = model;
  }

  @Override
  public void describeDecoder(
      DescribeDecoderRequest request, StreamObserver<DescribeDecoderResponse> responses) {
    onDescribe.run();
    responses.onNext(
        DescribeDecoderResponse.newBuilder()
            .setModel(model)
            .setMaxPositions(4096)
            .setSlots(4)
            .build());
    responses.onCompleted();
  }

  @Override
  public void decode(DecodeRequest request, StreamObserver<DecodeResponse> responses) {
    ServerCallStreamObserver<DecodeResponse> answers =
        (ServerCallStreamObserver<DecodeResponse>) responses;
    answers.setOnCancelHandler(cancelled::incrementAndGet);
    requests.add(request);
    tenants.add(TenantId.current().value());
    script.decode(request, answers);
  }

  /** Answers as it should. */
  public static void answer(DecodeRequest request, StreamObserver<DecodeResponse> answers) {
    if (request.hasScoring()) {
      scoreHello(answers);
    } else {
      sayHello(answers);
    }
  }

  /** Misses blocks. */
  public static void miss(Collection<String> latentIds, StreamObserver<DecodeResponse> answers) {
    answers.onNext(
        DecodeResponse.newBuilder()
            .setMissing(MissingBlocks.newBuilder().addAllLatentIds(latentIds))
            .build());
    answers.onError(Problems.notFound("block", latentIds.iterator().next()));
  }

  /** Returns the IDs of the blocks that a prompt reads, in order. */
  public static List<String> latentIds(DecodeRequest request) {
    return request.getTurnsList().stream()
        .flatMap(turn -> turn.getPartsList().stream())
        .flatMap(part -> part.getRegion().getLatentsList().stream())
        .map(LatentRef::getLatentId)
        .toList();
  }

  /** Scores "Hello", ", " and "world" in two pieces. */
  public static void scoreHello(StreamObserver<DecodeResponse> answers) {
    answers.onNext(started());
    answers.onNext(scored(score("Hello", -0.5f, true), score(", ", -2, false)));
    answers.onNext(scored(score("world", -0.25f, true)));
    answers.onNext(finished(3));
    answers.onCompleted();
  }

  public static DecodeResponse scored(TokenScore... tokens) {
    return DecodeResponse.newBuilder()
        .setScored(ScoredTokens.newBuilder().addAllTokens(List.of(tokens)))
        .build();
  }

  public static TokenScore score(String text, float logprob, boolean firstChoice) {
    return TokenScore.newBuilder()
        .setText(text)
        .setLogprob(logprob)
        .setFirstChoice(firstChoice)
        .build();
  }

  public static void sayHello(StreamObserver<DecodeResponse> answers) {
    answers.onNext(started());
    answers.onNext(text("Hello"));
    answers.onNext(text(", world"));
    answers.onNext(finished());
    answers.onCompleted();
  }

  public static DecodeResponse started() {
    return DecodeResponse.newBuilder()
        .setStarted(DecodeStarted.newBuilder().setPromptPositions(12).setPromptLatents(5))
        .build();
  }

  public static DecodeResponse text(String text) {
    return DecodeResponse.newBuilder().setText(text).build();
  }

  public static DecodeResponse finished() {
    return finished(2);
  }

  public static DecodeResponse finished(int tokens) {
    return DecodeResponse.newBuilder()
        .setFinished(
            DecodeFinished.newBuilder()
                .setReason(FinishReason.FINISH_REASON_STOP)
                .setUsage(
                    Usage.newBuilder()
                        .setPromptPositions(12)
                        .setPromptLatents(5)
                        .setGeneratedTokens(tokens)))
        .build();
  }
}
