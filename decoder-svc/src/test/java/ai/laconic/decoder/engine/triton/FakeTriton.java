package ai.laconic.decoder.engine.triton;

import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import ai.laconic.inference.InferParameter;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferResponse;
import ai.laconic.inference.ModelInferResponse.InferOutputTensor;
import ai.laconic.inference.ModelReadyRequest;
import ai.laconic.inference.ModelReadyResponse;
import ai.laconic.inference.ModelStreamInferResponse;
import ai.laconic.inference.ServerReadyRequest;
import ai.laconic.inference.ServerReadyResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A Triton server with the counting model, or with a model that misbehaves. */
final class FakeTriton extends GRPCInferenceServiceImplBase {
  static final String MODEL = "lclm_decoder";

  /** Makes what runs once the client has half-closed, and whenever it takes more again. */
  @FunctionalInterface
  interface Behaviour {
    Runnable answer(
        ModelInferRequest request, ServerCallStreamObserver<ModelStreamInferResponse> stream);
  }

  final Queue<ModelInferRequest> requests = new ConcurrentLinkedQueue<>();
  final AtomicInteger cancelled = new AtomicInteger();
  volatile Behaviour behaviour = this::count;
  volatile boolean serverReady = true;
  volatile boolean modelReady = true;

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> answer) {
    answer.onNext(ServerReadyResponse.newBuilder().setReady(serverReady).build());
    answer.onCompleted();
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
    boolean ready = modelReady && request.getName().equals(MODEL);
    answer.onNext(ModelReadyResponse.newBuilder().setReady(ready).build());
    answer.onCompleted();
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> responses) {
    ServerCallStreamObserver<ModelStreamInferResponse> stream =
        (ServerCallStreamObserver<ModelStreamInferResponse>) responses;
    stream.setOnCancelHandler(cancelled::incrementAndGet);
    AtomicReference<Runnable> sending = new AtomicReference<>(() -> {});
    stream.setOnReadyHandler(() -> Objects.requireNonNull(sending.get()).run());
    return new StreamObserver<>() {
      private ModelInferRequest request = ModelInferRequest.getDefaultInstance();

      @Override
      public void onNext(ModelInferRequest only) {
        request = only;
        requests.add(only);
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        Runnable send = behaviour.answer(request, stream);
        sending.set(send);
        send.run();
      }
    };
  }

  /** The counting model: one token in each response, as fast as the client takes them. */
  private Runnable count(
      ModelInferRequest request, ServerCallStreamObserver<ModelStreamInferResponse> stream) {
    CountedAnswer answer = CountedAnswer.to(request);
    return () -> {
      while (stream.isReady() && !stream.isCancelled() && answer.hasNext()) {
        stream.onNext(answer.next());
        if (!answer.hasNext()) {
          stream.onCompleted();
        }
      }
    };
  }

  /** Sends all this at once and completes the stream. */
  static Behaviour saying(ModelStreamInferResponse... responses) {
    return (request, stream) ->
        once(
            () -> {
              send(stream, responses);
              stream.onCompleted();
            });
  }

  /** Sends all this at once and leaves the stream open. */
  static Behaviour sayingAndHanging(ModelStreamInferResponse... responses) {
    return (request, stream) -> once(() -> send(stream, responses));
  }

  /** Sends all this and dies. */
  static Behaviour sayingAndDying(Status status, ModelStreamInferResponse... responses) {
    return (request, stream) ->
        once(
            () -> {
              send(stream, responses);
              stream.onError(status.asRuntimeException());
            });
  }

  private static Runnable once(Runnable action) {
    AtomicBoolean done = new AtomicBoolean();
    return () -> {
      if (done.compareAndSet(false, true)) {
        action.run();
      }
    };
  }

  private static void send(
      StreamObserver<ModelStreamInferResponse> stream, ModelStreamInferResponse... responses) {
    for (ModelStreamInferResponse response : responses) {
      stream.onNext(response);
    }
  }

  static ModelStreamInferResponse error(String message) {
    return ModelStreamInferResponse.newBuilder().setErrorMessage(message).build();
  }

  static ModelStreamInferResponse response(ModelInferResponse.Builder response) {
    return ModelStreamInferResponse.newBuilder().setInferResponse(response).build();
  }

  static ModelStreamInferResponse tokens(int... ids) {
    ByteBuffer raw = ByteBuffer.allocate(ids.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    raw.asIntBuffer().put(ids);
    return response(
        output("TOKEN_ID", "INT32", List.of((long) ids.length), ByteString.copyFrom(raw)));
  }

  static ModelStreamInferResponse reason(String word) {
    return response(output("FINISH_REASON", "BYTES", List.of(1L), bytes(word)));
  }

  static ModelStreamInferResponse last() {
    return response(
        ModelInferResponse.newBuilder()
            .putParameters(
                "triton_final_response", InferParameter.newBuilder().setBoolParam(true).build()));
  }

  static ModelInferResponse.Builder output(
      String name, String datatype, List<Long> shape, ByteString raw) {
    return ModelInferResponse.newBuilder()
        .setModelName(MODEL)
        .addOutputs(
            InferOutputTensor.newBuilder().setName(name).setDatatype(datatype).addAllShape(shape))
        .addRawOutputContents(raw);
  }

  static ByteString bytes(String word) {
    byte[] text = word.getBytes(StandardCharsets.UTF_8);
    ByteBuffer raw = ByteBuffer.allocate(4 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    return ByteString.copyFrom(raw.putInt(text.length).put(text).flip());
  }
}
