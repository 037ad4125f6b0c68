package ai.laconic.gateway.fake;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.DescribeEncoderRequest;
import ai.laconic.v1.EncodeSpanRequest;
import ai.laconic.v1.EncodedWindow;
import ai.laconic.v1.EncoderServiceGrpc;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Model;
import ai.laconic.v1.Windowing;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** An encoder whose windows are pieces of some characters, a character being a token. */
public final class FakeEncoder extends EncoderServiceGrpc.EncoderServiceImplBase {
  public static final int BLOCK_BYTES = 100;
  public static final Windowing WINDOWING = Windowing.WINDOWING_CONTENT_DEFINED;

  /** How one call goes. */
  @FunctionalInterface
  public interface Script {
    void encode(EncodeSpanRequest request, StreamObserver<EncodedWindow> windows);
  }

  /** Calls seen, refused ones included. */
  public final Queue<EncodeSpanRequest> requests = new ConcurrentLinkedQueue<>();

  public final Queue<String> tenants = new ConcurrentLinkedQueue<>();
  public final AtomicInteger cancelled = new AtomicInteger();
  public volatile Model model;
  public volatile Script script = this::encodeAll;
  public volatile int windowCharacters = 20;

  /** Told of each block that it has stored. */
  public volatile Consumer<String> onStored = id -> {};

  public volatile Runnable onDescribe = () -> {};
  public final AtomicInteger described = new AtomicInteger();
  private final java.util.Set<String> stored = ConcurrentHashMap.newKeySet();

  public FakeEncoder(Model model) {
    this.model = model;
  }

  @Override
  public void describeEncoder(DescribeEncoderRequest request, StreamObserver<Model> responses) {
    described.incrementAndGet();
    onDescribe.run();
    responses.onNext(model);
    responses.onCompleted();
  }

  @Override
  public void encodeSpan(EncodeSpanRequest request, StreamObserver<EncodedWindow> windows) {
    ((ServerCallStreamObserver<EncodedWindow>) windows)
        .setOnCancelHandler(cancelled::incrementAndGet);
    requests.add(request);
    tenants.add(TenantId.current().value());
    if (!request.getFingerprint().isEmpty()
        && !request.getFingerprint().equals(model.getFingerprint())) {
      throw Problems.precondition(
          "fingerprint", request.getFingerprint(), model.getFingerprint() + " as it runs here");
    }
    script.encode(request, windows);
  }

  /** Answers as it should. */
  public void encodeAll(EncodeSpanRequest request, StreamObserver<EncodedWindow> windows) {
    for (EncodedWindow window : windows(request.getText())) {
      onStored.accept(window.getLatent().getLatentId());
      windows.onNext(
          request.getWindowing() == Windowing.WINDOWING_UNSPECIFIED
              ? window
              : window.toBuilder().setWindowing(request.getWindowing()).build());
    }
    windows.onCompleted();
  }

  /** Returns the windows of a span. */
  public List<EncodedWindow> windows(String text) {
    List<EncodedWindow> windows = new ArrayList<>();
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < points.length; i += windowCharacters) {
      int tokens = Math.min(windowCharacters, points.length - i);
      String piece = new String(points, i, tokens);
      String id = Digests.sha256(model.getFingerprint() + piece);
      windows.add(
          EncodedWindow.newBuilder()
              .setLatent(
                  LatentRef.newBuilder()
                      .setLatentId(id)
                      .setLatents((tokens + model.getRatio() - 1) / model.getRatio()))
              .setTokens(tokens)
              .setTextBytes(piece.getBytes(StandardCharsets.UTF_8).length)
              .setBlockBytes(BLOCK_BYTES)
              .setWindowing(WINDOWING)
              .setReused(!stored.add(id))
              .build());
    }
    return windows;
  }
}
