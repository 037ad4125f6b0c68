package ai.laconic.cacheclient.context;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetContextResponse;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.RemoveContextResponse;
import ai.laconic.v1.ReserveBytesRequest;
import ai.laconic.v1.ReserveBytesResponse;
import ai.laconic.v1.SegmentText;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Contexts of one tenant; answers can be bent. */
final class FakeContexts extends LatentCacheServiceGrpc.LatentCacheServiceImplBase {
  final Map<String, Context> contexts = new ConcurrentHashMap<>();
  final List<GetContextRequest> gets = new CopyOnWriteArrayList<>();
  final List<ReserveBytesRequest> reservations = new CopyOnWriteArrayList<>();
  volatile UnaryOperator<Context> onGet = UnaryOperator.identity();
  volatile Function<GetTextsRequest, List<SegmentText>> texts = request -> List.of();
  volatile Function<List<PutContextRequest>, PutContextResponse> onPut =
      requests -> PutContextResponse.getDefaultInstance();
  volatile Runnable onReserve = () -> {};

  @Override
  public void getContext(GetContextRequest request, StreamObserver<GetContextResponse> answer) {
    gets.add(request);
    Context context = contexts.get(request.getContextId());
    if (context == null) {
      throw Problems.notFound("context", request.getContextId());
    }
    boolean known = request.getKnownRevision() == context.getRevision();
    answer.onNext(
        GetContextResponse.newBuilder()
            .setContext(onGet.apply(known ? context.toBuilder().clearSegments().build() : context))
            .build());
    answer.onCompleted();
  }

  @Override
  public void removeContext(
      RemoveContextRequest request, StreamObserver<RemoveContextResponse> answer) {
    contexts.remove(request.getContextId());
    answer.onNext(RemoveContextResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void reserveBytes(
      ReserveBytesRequest request, StreamObserver<ReserveBytesResponse> answer) {
    reservations.add(request);
    onReserve.run();
    answer.onNext(ReserveBytesResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void getTexts(GetTextsRequest request, StreamObserver<SegmentText> answer) {
    texts.apply(request).forEach(answer::onNext);
    answer.onCompleted();
  }

  @Override
  public StreamObserver<PutContextRequest> putContext(StreamObserver<PutContextResponse> answer) {
    List<PutContextRequest> requests = new ArrayList<>();
    return new StreamObserver<>() {
      @Override
      public void onNext(PutContextRequest request) {
        requests.add(request);
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        answer.onNext(onPut.apply(requests));
        answer.onCompleted();
      }
    };
  }
}
